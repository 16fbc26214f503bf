def tell_prefect(office):
    pass
