"""How does a transformer on this machine embed texts? A folder with model.onnx (or onnx/model.onnx) and tokenizer.json, run by onnxruntime.

As sentence-transformers exports them: 1_Pooling/config.json says whether the first token's vector or the mean stands for the text,
sentence_bert_config.json how many tokens are looked at, config_sentence_transformers.json what stands before questions and texts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from memcli.index.outside import Outside
from memcli.index.static import Missing

_MODELS = ("model.onnx", "onnx/model.onnx")
_TOKENS = 256  # looked at of a text where the folder does not say
_ERRORS_ONLY = 3  # onnxruntime's severity


class Onnx(Outside):
    """The embedder `onnx:FOLDER`."""

    def __init__(self, name: str, batch: int) -> None:
        super().__init__(name, "", batch)
        self._folder = name.removeprefix("onnx:")
        self._session: Any = None
        info = self._stat()
        if info is not None:  # a model replaced in place is another one
            self.id = f"{name}#{info.st_size}-{info.st_mtime_ns}"

    def _stat(self) -> os.stat_result | None:
        for model in _MODELS:
            try:
                return os.stat(f"{self._folder}/{model}")
            except OSError:
                continue
        return None

    def ask(self, texts: list[str], *, question: bool) -> Sequence[Sequence[float]]:
        """The pooled vectors of texts."""
        if self._session is None:
            self._load()
        before = self._prompts[0 if question else 1]
        try:
            coded = self._tokenizer.encode_batch([before + text for text in texts])
            ids = np.array([one.ids for one in coded], np.int64)
            mask = np.array([one.attention_mask for one in coded], np.int64)
            given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            states = self._session.run([self._output], {name: given[name] for name in self._inputs})[0]
        except Exception as error:  # onnxruntime and tokenizers raise types of their own
            raise Missing(f"cannot be run ({str(error).splitlines()[0][:120]}); export it for feature extraction") from None
        if states.ndim == 3:
            states = states[:, 0] if self._first else (states * mask[:, :, None]).sum(1) / np.maximum(mask.sum(1), 1)[:, None]
        vectors: list[list[float]] = states.astype(np.float64).tolist()
        return vectors

    def _load(self) -> None:
        for package in ("onnxruntime", "tokenizers"):
            if find_spec(package) is None:
                raise Missing(f"needs the package {package}; pip install 'memcli[onnx]', then mem index")
        model = next((path for name in _MODELS if os.path.isfile(path := f"{self._folder}/{name}")), "")
        if not model or not os.path.isfile(f"{self._folder}/tokenizer.json"):
            what = "tokenizer.json" if model else " or ".join(_MODELS)
            raise Missing(f"has no {what} in its folder; put the exported model there, then mem index")
        pooling = self._json("1_Pooling/config.json")
        self._first = bool(pooling.get("pooling_mode_cls_token"))
        if pooling and not self._first and not pooling.get("pooling_mode_mean_tokens"):
            raise Missing("pools neither by the first token nor by the mean (1_Pooling/config.json); choose another model")
        prompts = self._json("config_sentence_transformers.json").get("prompts") or {}
        self._prompts = (str(prompts.get("query") or ""), str(prompts.get("document") or prompts.get("passage") or ""))
        self._open(model)

    def _open(self, model: str) -> None:
        try:
            import onnxruntime
            from tokenizers import Tokenizer

            self._tokenizer = Tokenizer.from_file(f"{self._folder}/tokenizer.json")
            self._tokenizer.enable_truncation(int(self._json("sentence_bert_config.json").get("max_seq_length") or _TOKENS))
            kept = self._tokenizer.padding or {}
            self._tokenizer.enable_padding(pad_id=kept.get("pad_id", 0), pad_token=kept.get("pad_token", "[PAD]"))
            options = onnxruntime.SessionOptions()
            options.log_severity_level = _ERRORS_ONLY
            session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime and tokenizers raise types of their own
            raise Missing(f"cannot be loaded ({str(error).splitlines()[0][:120]}); export the model anew") from None
        outputs = [output.name for output in session.get_outputs()]
        self._output = "sentence_embedding" if "sentence_embedding" in outputs else outputs[0]
        self._inputs = [value.name for value in session.get_inputs()]
        self._session = session

    def _json(self, name: str) -> dict[str, Any]:
        """A file of settings in the folder, {} when there is none."""
        try:
            with open(f"{self._folder}/{name}", encoding="utf-8") as file:
                found = json.load(file)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise Missing(f"has a {name} that cannot be read; export the model anew") from None
        return found if isinstance(found, dict) else {}
