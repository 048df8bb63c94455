"""Which outlines does a file that someone brings hold, and what is wrong with it?"""
