print("one by one")
