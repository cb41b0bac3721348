"""The panel and the card: their files, their commands and what these answer."""
