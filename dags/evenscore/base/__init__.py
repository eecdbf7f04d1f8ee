"""Errors, paths, settings, words, files and databases: what every other room stands on."""
