"""Errors, paths, settings, words and files: what every other room stands on."""
