"""What a page costs beside its floor: `python -m bench` prints ratios measured in one run."""
