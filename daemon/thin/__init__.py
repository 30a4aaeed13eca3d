"""What an editor starts: finds or starts the daemon and hands bytes on. Standard library only."""
