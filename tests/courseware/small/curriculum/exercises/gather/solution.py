print("gather")
