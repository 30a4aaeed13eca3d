"""Supervised fine-tuning on answers that are right, of all weights or of few parameters (PEFT)."""
