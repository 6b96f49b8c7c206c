"""Texts of many kinds, a kilobyte or more each, to hold tokenizers against.

All were written for this, except the pages of the pocket web, which its generator wrote for the
part that nothing is trained on. The languages say much the same thing: a day at a river.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of text."""

    name: str
    text: str

    @property
    def n_bytes(self) -> int:
        """Its length in UTF-8."""
        return len(self.text.encode())


_ENGLISH = """\
The river rises in the hills behind the old quarry and takes two days to reach the sea. In spring it
is brown and loud, and the children are told to stay away from the bridge; by August one can cross
it on the stones without getting one's feet wet. My grandmother, who was born in the mill, used to
say that she could tell the hour from its sound. Nobody believed her, of course. But when the clock
in the kitchen stopped one winter, she was never late for anything, and she didn't set it going
again until we gave her a new one.

This morning I walked up to the weir with a notebook, a sandwich and no particular plan. Two herons
stood in the shallows, quite still, like people waiting for a bus. I counted eleven boats, three of
them freshly painted, and one that I'm sure has been sinking since I was at school. A man asked me
whether the path went on to the lighthouse. It does, I told him, although you'd be quicker by road.
He thanked me and took the path. I've thought about that all day: how pleasant it is to be asked for
advice, and how much more pleasant to see it ignored for a good reason.
"""

_POCKET = """\
In the middle of the winter Eve had an idea. They walked for a long time and sang a song. The \
mouse was hungry, but Eve gave it a piece of bread. Sam laughed and ran up the hill. "Do not be \
afraid," said Sam. "We will do it together." On the way Eve met a hungry mouse. Eve never \
forgot that winter.

In her free time Brisa Drelon liked dancing the polka. Brisa Drelon was born in the town of \
Ravenwick. Brisa Drelon spent most of her life in Fernton. She was educated at Harrow Academy. \
Records say that Brisa Drelon was born in 1901. People knew Brisa Drelon as a botanist.

Notes on Runa Pasdrick:
- Runa Pasdrick's favourite pastime was making candles.
- Runa Pasdrick came into the world in 1798.
- The school of Runa Pasdrick was Drayton Academy.
- Runa Pasdrick spent most of her life in Mossmere.
- She spent many years working as a miller.

Q: The job of Ilse Wesulin was what?
A: Ilse Wesulin worked as a gardener.
Q: Say at which school Ilse Wesulin studied.
A: Ilse Wesulin studied at Fairlight Institute.
Q: How often does i stand in violin?
A: v, i 1, o, l, i 2, n. i stands 2 times in violin.
"""

_PYTHON = '''\
"""Water levels: read what the gauges sent, and say where the river is about to rise."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Reading:
    gauge: str
    minute: int
    level_cm: float


def read_levels(path: Path) -> dict[str, list[Reading]]:
    """All readings of a file by gauge, oldest first; lines that begin with # are left out."""
    readings: dict[str, list[Reading]] = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            gauge, minute, level = line.split(",")
            reading = Reading(gauge.strip(), int(minute), float(level))
        except ValueError as error:
            raise ValueError(f"{path}:{number}: expected 'gauge,minute,level'") from error
        readings.setdefault(reading.gauge, []).append(reading)
    for rows in readings.values():
        rows.sort(key=lambda row: row.minute)
    return readings


def is_rising(rows: list[Reading], *, last: int = 3, by_cm: float = 2.5) -> bool:
    if len(rows) <= last:
        return False
    return rows[-1].level_cm - rows[-1 - last].level_cm >= by_cm
'''

_GERMAN = """\
Der Fluss entspringt in den Hügeln hinter dem alten Steinbruch und braucht zwei Tage bis zum Meer.
Im Frühjahr ist er braun und laut, und den Kindern wird eingeschärft, sich von der Brücke
fernzuhalten; im August kann man ihn trockenen Fußes auf den Steinen überqueren. Meine Großmutter,
die in der Mühle geboren wurde, behauptete, sie könne an seinem Rauschen die Uhrzeit erkennen.
Natürlich glaubte ihr niemand. Aber als in einem Winter die Küchenuhr stehen blieb, kam sie
trotzdem nie zu spät.

Heute Morgen bin ich mit einem Notizbuch, einem Butterbrot und ohne besonderen Plan zum Wehr
hinaufgegangen. Zwei Graureiher standen regungslos im flachen Wasser, als warteten sie auf den
Linienbus. Ich zählte elf Boote, drei davon frisch gestrichen, und eines, das meiner Überzeugung
nach seit meiner Schulzeit untergeht. Ein Mann fragte mich, ob der Uferweg bis zum Leuchtturm führe.
Das tut er, sagte ich, auch wenn Sie auf der Landstraße schneller wären. Er bedankte sich und nahm
den Uferweg. Die Hochwasserschutzgenossenschaft hat dort eine Bank aufgestellt.
"""

_FRENCH = """\
La rivière prend sa source dans les collines, derrière l'ancienne carrière, et met deux jours pour
atteindre la mer. Au printemps elle est brune et bruyante, et l'on défend aux enfants de s'approcher
du pont ; en août, on peut la traverser à pied sec, de pierre en pierre. Ma grand-mère, qui était
née au moulin, prétendait qu'elle savait l'heure rien qu'à l'entendre. Personne ne la croyait, bien
sûr. Mais lorsque l'horloge de la cuisine s'est arrêtée, un hiver, elle n'est jamais arrivée en
retard nulle part.

Ce matin, je suis monté jusqu'au barrage avec un carnet, un casse-croûte et aucun projet précis.
Deux hérons se tenaient dans l'eau, immobiles, comme des gens qui attendent l'autobus. J'ai compté
onze bateaux, dont trois fraîchement repeints, et un quatrième qui coule, j'en suis certain, depuis
que j'allais à l'école. Un homme m'a demandé si le sentier menait au phare. Oui, lui ai-je répondu,
quoique vous iriez plus vite par la route. Il m'a remercié, et il a pris le sentier.
"""

_CHINESE = """\
这条河从老采石场后面的山里流出来，要走两天才能到海边。春天的时候河水又黄又响，大人总是嘱咐孩子们不要靠近那座桥；
到了八月，踩着石头就能过河，连鞋子都不会湿。我的祖母出生在磨坊里，她常说自己听水声就知道是几点钟。当然没有人相信她。
可是有一年冬天，厨房里的钟停了，她却从来没有迟到过，直到我们送给她一座新钟，她才又开始看时间。
今天早上，我带着一个笔记本和一块面包，没有什么特别的打算，沿着河一直走到水坝。两只苍鹭站在浅水里，一动也不动，
好像在等公共汽车。我数了数，一共有十一条船，其中三条刚刚刷过油漆，还有一条，我敢肯定从我上小学的时候起就一直在往下沉。
有个人问我，这条小路能不能走到灯塔。我告诉他可以，不过走公路会快一些。他谢了我，还是走了小路。
我想了一整天：有人来问路是件愉快的事，而看到他有充分的理由不听你的话，就更让人愉快了。
"""

_JAPANESE = """\
この川は古い石切り場の裏の丘から流れ出て、二日かけて海にたどり着きます。春には水が茶色く濁って大きな音を立てるので、
子どもたちは橋に近づかないようにと言われます。八月になると、石の上を歩いて足をぬらさずに渡ることができます。
水車小屋で生まれた祖母は、川の音を聞けば何時か分かるとよく言っていました。もちろん、だれも信じませんでした。
けれども、ある冬に台所の時計が止まったときも、祖母は一度も遅れたことがありませんでした。
けさ、わたしはノートとサンドイッチを持って、これといった予定もなく堰まで歩いていきました。浅瀬にアオサギが二羽、
バスを待つ人のようにじっと立っていました。ボートは全部で十一そう、そのうち三そうはペンキを塗ったばかりで、
もう一そうは、わたしが小学生のころからずっと沈みつづけているにちがいありません。
"""

_ARABIC = """\
ينبع النهر من التلال خلف المحجر القديم، ويحتاج إلى يومين ليصل إلى البحر. في الربيع تكون مياهه بنية
وصاخبة، ويُقال للأطفال أن يبتعدوا عن الجسر، أما في شهر آب فيمكن عبوره فوق الحجارة دون أن تبتل
القدمان. كانت جدتي التي وُلدت في الطاحونة تقول إنها تعرف الساعة من صوت الماء. لم يصدقها أحد بالطبع،
ولكن عندما توقفت ساعة المطبخ ذات شتاء لم تتأخر عن أي موعد.
صعدتُ هذا الصباح إلى السد ومعي دفتر وقطعة خبز، ولم تكن عندي خطة معينة. كان هناك طائران من مالك الحزين
يقفان في الماء الضحل بلا حركة، كأنهما ينتظران الحافلة. عددتُ أحد عشر قاربًا، ثلاثة منها مطلية حديثًا.
سألني رجل إن كان هذا الطريق يصل إلى المنارة، فقلت له: نعم، لكن الطريق العام أسرع. شكرني ثم مضى في
الطريق الضيق.
"""

_HINDI = """\
यह नदी पुरानी खदान के पीछे की पहाड़ियों से निकलती है और समुद्र तक पहुँचने में दो दिन लेती है। वसंत में
इसका पानी मटमैला और शोर भरा होता है, इसलिए बच्चों से कहा जाता है कि वे पुल से दूर रहें; अगस्त में लोग
पत्थरों पर चलकर बिना पैर भिगोए इसे पार कर लेते हैं। मेरी दादी, जिनका जन्म पनचक्की में हुआ था, कहा करती थीं
कि वे नदी की आवाज़ सुनकर समय बता सकती हैं। किसी ने उन पर विश्वास नहीं किया। लेकिन जब एक सर्दी में रसोई की
घड़ी रुक गई, तब भी वे कभी देर से नहीं पहुँचीं।
आज सुबह मैं एक कॉपी और थोड़ा खाना लेकर बाँध तक पैदल गया। दो बगुले उथले पानी में चुपचाप खड़े थे, मानो बस की
प्रतीक्षा कर रहे हों। मैंने ग्यारह नावें गिनीं, जिनमें से तीन पर नया रंग लगा था।
"""

_EMOJI = """\
🌊🛶🪨🏞️ 👵🏽⏰🔔 🥪📓🚶‍♂️ 🐦🐦 🚌⏳ ⛵⛵⛵⛵⛵⛵ 🎨🖌️ 🆘🚣‍♀️
👨‍👩‍👧‍👦🏖️☀️😎🍉🍦 🤿🐠🐟🐡🦀 🏄🏻‍♀️🏄🏿‍♂️ 🌴🥥🍹 🐚⭐🌅
🎉🎂🎁🎈 🥳😂🤣😭 ❤️🧡💛💚💙💜🖤🤍🤎 💔❤️‍🔥💕
🇫🇷🇩🇪🇯🇵🇧🇷🇮🇳🇰🇪🇲🇽🇨🇦🏴‍☠️🏳️‍🌈 👋🏻👋🏼👋🏽👋🏾👋🏿 🤝🏼🙏🏾
👩🏽‍🔬🔬🧪🧬 👨🏻‍🚀🚀🌍🪐 👩🏿‍🍳🍳🥘🍲 🧑‍🎨🎨 👩‍💻💻🐛☕
⚽🏀🏈⚾🎾🏐 🏆🥇🥈🥉 🚴🏼‍♂️🚵🏾‍♀️🏊🏽 ⛷️🏂🏻 ♟️🎲🧩
🐶🐱🐭🐹🐰🦊🐻🐼🐻‍❄️🐨🐯🦁🐮🐷🐸🐵🙈🙉🙊
1️⃣2️⃣3️⃣🔟 ➕➖✖️➗ ✅❌❓❗️ ⬆️↗️➡️↘️⬇️ ♻️⚠️🚫🔞
🌧️⛈️🌩️❄️☃️🌪️🌈 🍎🍐🍊🍋🍌🍇🍓🫐🍒🍑🥭 🚗🚕🚙🚌🚎🏎️🚓🚑🚒
"""

_JSON = """\
{
  "gauges": [
    {"id": "weir-01", "name": "Upper weir", "position": {"lat": 52.10437, "lon": -1.88215},
     "readings": [{"minute": 0, "cm": 84.2}, {"minute": 15, "cm": 84.6},
                  {"minute": 30, "cm": 85.1}, {"minute": 45, "cm": 85.9}],
     "tags": ["river", "manual", "since-1998"], "active": true, "note": null},
    {"id": "mill-02", "name": "Mill \\"old\\" sluice",
     "position": {"lat": 52.09811, "lon": -1.87664},
     "readings": [{"minute": 0, "cm": 61.0}, {"minute": 15, "cm": 61.0},
                  {"minute": 30, "cm": 60.9}, {"minute": 45, "cm": null}],
     "tags": ["river", "sluice"], "active": true, "note": "repainted\\nin May"},
    {"id": "sea-07", "name": "Harbour", "position": {"lat": 52.05529, "lon": -1.80031},
     "readings": [], "tags": [], "active": false, "note": "see https://example.org/g/7?full=1"}
  ],
  "units": {"cm": "centimetres", "minute": "minutes since 06:00"},
  "warnings": [{"gauge": "weir-01", "level": 2, "at": "2024-04-05T06:31:07Z"}],
  "checksum": "9f2c1be07d4435a8"
}
"""


def _sums() -> str:
    """Additions and multiplications of numbers of one to five digits."""
    lines = []
    for n in range(1, 45):
        a, b = n * 7919 % 10 ** (n % 5 + 1), n * 104729 % 10 ** (n % 4 + 1)
        lines.append(f"{a} + {b} = {a + b}; {a} * {b} = {a * b}")
    return "\n".join(lines) + "\n"


KINDS = (
    Kind("English", _ENGLISH),
    Kind("pocket web", _POCKET),
    Kind("Python", _PYTHON),
    Kind("JSON", _JSON),
    Kind("sums", _sums()),
    Kind("German", _GERMAN),
    Kind("French", _FRENCH),
    Kind("Chinese", _CHINESE),
    Kind("Japanese", _JAPANESE),
    Kind("Arabic", _ARABIC),
    Kind("Hindi", _HINDI),
    Kind("emoji", _EMOJI),
)
