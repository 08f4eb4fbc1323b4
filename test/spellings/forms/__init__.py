"""The spellings, by what they compute."""
