"""The plugins that come with mem, under the same contract as a stranger's."""
