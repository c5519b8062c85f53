using System.Text;
using BiGS.Files;
using BiGS.Search.Documents;

namespace BiGS.Search.Tests.Documents;

public sealed class EncodingDetectorTests
{
    private const string Korean = "토마토는 마지막 서리가 지난 뒤에 심는다. 물은 뿌리에 주고 잎에는 주지 않는다. 북쪽에서는 유월에 심는 것이 좋다.";
    private const string Japanese = "トマトは最後の霜が降りた後に植えます。水は根元に与え、葉にはかけないでください。北の地方では六月に植えるのがよいでしょう。";
    private const string Chinese = "番茄在最后一次霜冻之后种植。浇水要浇在根部，不要浇在叶子上。在北方最好在六月种植。";
    private const string Russian = "Помидоры сажают после последних заморозков. Поливать нужно под корень, а не на листья. На севере лучше сажать их в июне.";
    private const string German = "Tomaten pflanzt man nach dem letzten Frost – größere Töpfe sind für sie schöner. Gießen Sie über der Wurzel.";
    private const string French = "Les tomates se plantent après les dernières gelées ; où il fait froid, c’est en été. L’arrosage à la racine évite la maladie.";

    [Theory]
    [InlineData("utf-8", Korean)]
    [InlineData("utf-16be", German)]
    [InlineData("utf-32", German)]
    [InlineData("euc-kr", Korean)]
    [InlineData("ks_c_5601-1987", "똠방각하는 펲시콜라를 좋아한다. 그는 매일 아침 시장에 가서 신선한 채소와 과일을 산다.")] // beyond EUC-KR
    [InlineData("shift_jis", Japanese)]
    [InlineData("euc-jp", Japanese)]
    [InlineData("gb18030", Chinese)]
    [InlineData("windows-1251", Russian)]
    [InlineData("koi8-r", Russian)]
    [InlineData("windows-1252", German)]
    [InlineData("windows-1252", French)]
    [InlineData("windows-1252", "the café")]
    public void Text_is_read_in_its_encoding(string encoding, string text)
    {
        Encoding known = TextEncoding.Named(encoding);
        Assert.Equal(text, EncodingDetector.Decode("a.txt", known.GetBytes(text)));
        Assert.Equal(text, EncodingDetector.Decode("a.txt", [.. known.Preamble, .. known.GetBytes(text)]));
    }

    /// <summary>UTF-16 is told by its zero bytes, of which Korean has few: there the mark decides, and without it nothing is guessed.</summary>
    [Fact]
    public void Korean_in_utf16_needs_its_mark()
    {
        Assert.Equal(Korean, EncodingDetector.Decode("a.txt", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Korean)]));
        Assert.Equal(SkipReason.Binary, Assert.Throws<DocumentException>(() => EncodingDetector.Decode("a.txt", Encoding.Unicode.GetBytes(Korean))).Reason);
    }

    /// <summary>One broken byte does not turn a note in Korean into gibberish.</summary>
    [Fact]
    public void A_broken_byte_stays_one() =>
        Assert.Equal($"{Korean}\uFFFD{Korean}", EncodingDetector.Decode("a.txt", [.. Encoding.UTF8.GetBytes(Korean), 0xFF, .. Encoding.UTF8.GetBytes(Korean)]));
}
