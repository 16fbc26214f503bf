import pathlib, tempfile
from tests.offers import Offer
from tests.stories.test_voids import GONE

root = pathlib.Path(tempfile.mkdtemp())
offer = Offer(root).holder("H2", "Bo Ray").grant("G2", 1000).tenders("F2", "2003-03-11T10:00:00", G2=600)
offer.holder("H3", "Cy Dow").grant("G4", 100).tenders("F3", "2003-03-11T10:00:00", G4=100)
p = offer.closes_at("2003-10-03", "1.27").play(until="2003-06-01T00:00:00")
print(p.out)
