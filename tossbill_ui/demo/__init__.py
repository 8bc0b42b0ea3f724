"""The demo: customers of a sandbox shop in every state, made by the services themselves."""
