# Makes the two fonts of this folder from DejaVu 2.37 (fonttools 4.68.0):
#   python subset.py FOLDER_OF_DEJAVU_TTF
# Latin, Greek, Cyrillic, punctuation, currency, arrows and mathematics, unhinted, renamed as the
# licence asks.
import sys
from fontTools import subset
from fontTools.ttLib import TTFont
for src, dst, style in (("DejaVuSans","modelwright-sans-regular","Regular"),("DejaVuSans-Bold","modelwright-sans-bold","Bold")):
    o = subset.Options(); o.name_IDs=['*']; o.hinting=False; o.layout_features=['kern','mark','mkmk','ccmp']
    o.recalc_timestamp=False
    f = subset.load_font(f"{sys.argv[1]}/{src}.ttf", o)
    s = subset.Subsetter(o); s.populate(unicodes=subset.parse_unicodes("U+0020-007E,U+00A0-024F,U+0370-03FF,U+0400-045F,U+2010-2027,U+2030-203A,U+2070-209F,U+20A0-20BF,U+2122,U+2190-2193,U+2200-22FF,U+FFFD")); s.subset(f)
    keep=[]
    for n in f['name'].names:
        if n.nameID in (0,13,14): keep.append(n)
    f['name'].names=keep
    for nid,val in ((1,"Modelwright Sans"),(2,style),(3,f"Modelwright Sans {style}, from DejaVu 2.37"),(4,f"Modelwright Sans {style}"),(5,"2.37"),(6,f"ModelwrightSans-{style}")):
        f['name'].setName(val,nid,3,1,0x409)
        f['name'].setName(val,nid,1,0,0)
    f.save(dst+".ttf")
