def home_figures(): return []
def compare(): return []
