"""`python -m hanport`: the same as the command `hanport`."""

from hanport.cli.main import main

if __name__ == "__main__":
    main()
