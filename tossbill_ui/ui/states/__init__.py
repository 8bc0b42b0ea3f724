"""What pages know and do. Every event can be sent by any browser; services decide."""
