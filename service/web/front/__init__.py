"""What stands before Flask: it reads requests whole, and answers again from bytes.

A thread of Flask's is spent only on a request that has come whole, so slow clients cost
a little memory and nothing else. What many readers fetch is answered from the bytes
that Flask made for the first of them, as long as they are known to be true. The front
knows bytes, and which thread they show; what they say, and who may read them, only
Flask knows.
"""
