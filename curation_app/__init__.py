"""Find, review and remove mislabelled, injected and backdoored rows before a model learns from them."""

__version__ = "0.1.0"
