"""The house: the web application, and the core that web and worker share."""
