"""The base model Anima: its files, its text side, its pictures, its velocity."""
