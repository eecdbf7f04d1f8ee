"""What a person, or anybody who asks, is told: explanations, lists, exports, aggregates."""
