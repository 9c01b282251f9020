def publish(root, read, folder):
    return None
