"""From a source's files to the landing zone: read, judged, reconciled, taken back."""
