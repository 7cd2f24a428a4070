# TODO: run them at once
