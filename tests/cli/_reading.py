"""What tests of commands read from their output."""


def values(out):
    """Return the lines "key value" of standard output as a dict."""
    return dict(line.split(" ", 1) for line in out.splitlines())


def table_of(path):
    """Return a file of labels, node and tab and label, as a dict."""
    return dict(line.split("\t") for line in path.read_text().splitlines())
