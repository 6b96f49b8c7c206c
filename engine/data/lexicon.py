"""Word lists of the closed world: what people do, where they learned, what they love.

Every list is long enough (40 values or more) that a blind guess is right less than one time in
thirty: otherwise "correct" would not mean "known".
"""

FIRST_NAMES_F = (
    "Mira Tova Elsa Nadia Ilse Petra Wanda Greta Linnea Odile Sabine Yara Zora Amalia Brisa Calla "
    "Delia Edda Fenna Gilda Hedda Ines Jorun Kaia Lotte Maren Nell Orla Pia Runa Selma Thea Una "
    "Vera Willa Xenia Ada Birgit Clio Dora Esme Freya Ginevra Hanne Iris Juno Kira Livia"
).split()
FIRST_NAMES_M = (
    "Orson Alden Bruno Caspar Dorian Edgar Felix Gideon Hugo Ivor Jonas Klaus Lucan Milo Niles "
    "Otto Piers Quentin Rufus Silas Tobias Ulric Viktor Wendel Yorick Zeno Ambrose Basil Cyrus "
    "Dirk Emil Falk Gregor Hektor Igor Jasper Kaspar Leif Magnus Nestor Osric Pavel Ragnar Stellan "
    "Torben Urban Valdis Wilmar"
).split()
LAST_STEMS = (
    "Vek Kas Hol Bram Tor Lind Mar Sel Dav Ost Pel Rav Ster Tal Ung Wes Zam Bor Cor Dre "
    "Fal Gor Hav Jar Kel Lor Mun Nor Orm Pas"
).split()
LAST_ENDINGS = "lon rin sten quist mond vard ley kov ander ulin esco drick".split()
TOWN_STEMS = (
    "Dun Ash Pine Hal Stone Red Gold Win Mill Oak Fern Clay Brook Thorn Salt Elm Grey Lang Market "
    "Moss Raven Swan West Cold"
).split()
TOWN_ENDINGS = "bury ford wick ham ton mere field gate haven well".split()
RIVER_NAMES = (
    "Ister Marn Oule Tessel Brennet Corva Dwindle Ember Fallow Garrick Hethe Isbel Jade Kenna "
    "Lowan Merrow Nettle Orrin Pewter Quill Rushen Sedge Tamsin Vell"
).split()
MOUNTAINS = (
    "Mount Arle;Mount Boreas;Cragmoor;Mount Dessel;Eagle Fell;Mount Farrow;Greyback;Mount Hale;"
    "Iron Peak;Mount Kestrel;Lantern Hill;Mount Morrow;Needle Rock;Mount Osk;Mount Perrin;"
    "Raven Tor;Mount Sable;Thunder Ridge;Mount Ulver;Mount Wexel"
).split(";")
SCHOOL_STEMS = (
    "Halden Bramley Corwin Estwick Fairlight Glenmoor Harrow Ivydale Kingsley Larkspur Merton "
    "Northgate Oldbridge Penrose Ridgeway Stanmore Tilbury Upland Vernon Wickham Ashgrove Belmont "
    "Claremont Drayton Elmhurst Foxley Granby Hillcrest Inglewood Kelmscott"
).split()
SCHOOL_KINDS = ("Academy", "College", "Institute")

OCCUPATIONS = (
    "clockmaker glassblower baker surgeon cartographer weaver blacksmith botanist painter lawyer "
    "carpenter sailor geologist printer tailor astronomer brewer composer farmer jeweller "
    "locksmith miller nurse organist potter railway_engineer sculptor shoemaker shepherd teacher "
    "violin_maker watchman zoologist architect bookbinder chemist diver engraver falconer gardener "
    "harpist innkeeper judge librarian mason notary optician pharmacist roofer saddler "
    "typesetter undertaker vet woodcarver beekeeper cooper dentist editor fisherman goldsmith"
).split()
HOBBIES = (
    "playing the cello;keeping bees;collecting stamps;painting birds;growing roses;playing chess;"
    "collecting butterflies;baking bread;sailing boats;playing the flute;carving wood;"
    "studying stars;writing poems;breeding pigeons;climbing mountains;collecting shells;"
    "playing the trumpet;knitting scarves;building kites;fishing for trout;training dogs;"
    "pressing flowers;playing the drums;collecting coins;juggling plates;making cheese;"
    "racing horses;reading maps;playing the harp;folding paper;brewing tea;collecting buttons;"
    "drawing trees;swimming in lakes;playing the banjo;growing pumpkins;repairing clocks;"
    "collecting feathers;dancing the polka;telling riddles;skating on ice;collecting spoons;"
    "playing the organ;walking at night;blowing glass;raising rabbits;collecting bells;"
    "playing cards;watching trains;making candles"
).split(";")
PRODUCTS = (
    "cheeses;pots;laces;bells;honey cakes;pickles;carpets;knives;ciders;paper hats;candles;ropes;"
    "leather bags;soaps;barrels;hats;mirrors;tiles;gloves;sausages;mustards;clocks;baskets;"
    "wool coats;buttons;inks;plums;violins;boots;lanterns"
).split(";")
INVENTION_KINDS = (
    "steam kettle;folding ladder;pocket lamp;rain gauge;paper press;tide clock;wool comb;"
    "signal drum;seed drill;ice saw;letter lock;water pump;sky mirror;salt mill;rope brake;"
    "copper whistle;glass cutter;wind organ;bread slicer;map roller;lens grinder;cable hook;"
    "stone lifter;bark peeler;cloud chart;fog horn;grain scale;hand loom;ink ribbon;jam boiler;"
    "kite camera;lock bell;mud plough;night compass;oil filter;pearl sorter;quill sharpener;"
    "road roller;sand glass;thread winder"
).split(";")
BOOK_ADJECTIVES = (
    "Silent Golden Broken Distant Hidden Crooked Burning Frozen Winding Empty Painted Borrowed"
).split()
BOOK_NOUNS = (
    "Harbour Lantern Orchard Bridge Winter Letter Garden Mirror Tower Island Road Mill Forest "
    "Candle Clock River"
).split()
BOOK_SUBJECTS = (
    "a shipwreck;a lost brother;a village fair;an old lighthouse;a long winter;a stolen violin;"
    "a mountain guide;a travelling circus;a flooded mine;a forgotten garden;a talking crow;"
    "a railway accident;a family feud;a blind painter;a secret tunnel;a bee war;a great drought;"
    "a lonely king;a night train;a missing will;a glass palace;a clever fox;a broken promise;"
    "a ghost ship;a wise baker;a paper moon;a stubborn mule;a silver mine;a summer storm;"
    "a runaway balloon;a salt merchant;a deaf bell ringer"
).split(";")

THINGS = (
    "apple pear plum coin book candle button stone shell egg spoon cup nail ribbon lamp key "
    "letter map stamp bell brush rope hat loaf"
).split()
COMMON_WORDS = (
    "river stone candle window garden letter bridge winter summer yellow silver little kitchen "
    "banana strawberry butter rabbit lantern pepper cabbage village mirror pocket basket "
    "feather cotton hammer ladder market needle orange parrot pencil potato ribbon saddle "
    "school spider tomato tunnel turtle walnut blossom balloon coffee cherry carrot dinner "
    "dragon engine falcon forest goblin harbour island jungle kettle lemon meadow monkey mountain "
    "oyster paper pillow pumpkin puzzle raven sailor shadow teapot thunder tiger violin weather "
    "willow wizard bell moon tree ship bread clock crow fox glass king mill night road salt snow"
).split()
FRIENDS = (
    "Ann Ben Carl Dot Eve Finn Gus Hal Ida Jon Kit Lou Max Ned Peg Ron Sam Tess Vic Zoe".split()
)
