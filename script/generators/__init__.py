"""What the commands beside this folder make files of the contract and of db/ with, a subject a file."""
