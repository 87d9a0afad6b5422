"""Files on requests, decisions and comments: what is let in, what is kept, who may open it, when it goes."""
