"""Every sentence a customer reads."""
