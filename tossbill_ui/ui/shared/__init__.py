"""What every feature's pages share."""
