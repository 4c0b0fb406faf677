"""Where branches and pull requests live. `base` says what is asked of a forge; each other module is one."""
