"""What people talk about: twelve topics with a small vocabulary each, and a little noise."""

import numpy as np

from evenscore.laboratory.demo.draws import Ints, Words, percent

TOPICS = {
    "gardening": "tomatoes compost seedlings roses mulch pruning greenhouse bulbs slugs soil",
    "bread baking": "sourdough starter crust rye hydration proofing oven baguette flour crumb",
    "jazz": "trumpet bebop standards swing chords saxophone quartet improvisation bassline rhythm",
    "chess": "endgame opening gambit rook pawn checkmate tactics blitz sacrifice tournament",
    "astronomy": "telescope nebula saturn eclipse galaxy meteor comet moon constellation aperture",
    "cycling": "gravel derailleur climb sprint pedals commute puncture wheels helmet tour",
    "street photography": "shutter film portrait shadows reflection crosswalk lens contrast umbrella grain",
    "birdwatching": "warbler binoculars heron migration nest owl feeder kingfisher marsh song",
    "databases": "index query join transaction schema migration replica parquet vacuum cache",
    "board games": "dice cooperative meeples strategy expansion tokens rules deck puzzle campaign",
    "knitting": "yarn stitches sweater cable matcher wool socks pattern purl mittens",
    "hiking": "trail summit ridge boots map waterfall hut forest valley sunrise",
}
TOPIC_NAMES = tuple(TOPICS)
POST_OPENINGS = ("today:", "thinking about", "finally some", "my notes on", "a weekend of", "what I learned about")
REPLY_OPENINGS = ("lovely", "how did you do the", "same with my", "more about the", "great")
POST_NOISE = ("I'm bored", "good morning", "test", "Monday again")
REPLY_NOISE = ("me 2", "lol", "+1", "this")
NOISE_SHARE = 4


def _phrases(openings: tuple[str, ...], words: str, ending: str) -> list[str]:
    vocabulary = words.split()
    turned = vocabulary[3:] + vocabulary[:3]
    pairs = list(zip(vocabulary, turned, strict=True))
    return [f"{opening} {one}{ending.format(two)}" for opening in openings for one, two in pairs]


POSTS = np.array([_phrases(POST_OPENINGS, words, " and {}") for words in TOPICS.values()], dtype=object)
REPLIES = np.array([_phrases(REPLY_OPENINGS, words, "") for words in TOPICS.values()], dtype=object)


def topic_list() -> str:
    """The demo's topic list: each topic with its name and its vocabulary as terms."""
    rows = [f"{name.replace(' ', '_')},{name},{'|'.join([name, *words.split()])}" for name, words in TOPICS.items()]
    return "\n".join(["topic_id,name,terms", *rows, ""])


def post_texts(rng: np.random.Generator, topics: Ints) -> Words:
    """One short post on each of the given topics."""
    return _texts(rng, topics, POSTS, POST_NOISE)


def reply_texts(rng: np.random.Generator, topics: Ints) -> Words:
    """One short reply on each of the given topics."""
    return _texts(rng, topics, REPLIES, REPLY_NOISE)


def _texts(rng: np.random.Generator, topics: Ints, phrases: Words, noise: tuple[str, ...]) -> Words:
    size = len(topics)
    texts = phrases[topics, rng.integers(0, phrases.shape[1], size)]
    dull = np.array(noise, dtype=object)[rng.integers(0, len(noise), size)]
    return np.where(percent(rng, NOISE_SHARE, size), dull, texts)
