"""What a hospital spreads: the landing page of an invite, its QR code, the snippet, the poster, the links."""
