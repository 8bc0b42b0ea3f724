"""Scripted stories, each about one action, so that a changed action changes one story."""
