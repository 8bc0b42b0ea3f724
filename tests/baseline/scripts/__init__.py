"""Stories of a few steps, each about one act, so that a change of one act changes one story."""
