"""stub"""


def write_report(settings, night):
    return settings.places.report(night.as_of_date)
