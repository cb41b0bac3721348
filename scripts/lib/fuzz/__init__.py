"""A guided fuzzer: inputs that bring a reader somewhere new are kept and changed further."""
