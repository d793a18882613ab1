namespace CllClip.Engine.Data.Emoji36;

/// <summary>One emoji of the data set.</summary>
/// <param name="Index">Position in <see cref="Emoji36Dataset.Emoji"/>.</param>
/// <param name="CodePoint">Code points as in the published manifest, for example <c>0030-20e3</c>.</param>
/// <param name="Name">English name.</param>
/// <param name="Flag">Whether it is a country's flag.</param>
/// <param name="Common36">Whether it is named in all 36 languages and no flag: a thing of the headline gallery.</param>
/// <param name="TestArtist">Artist whose drawing is held out for tests.</param>
/// <param name="ValidationArtist">Artist whose drawing is held out for validation, or -1.</param>
/// <param name="Images">Index of the drawing by each of the four artists, or -1 where there is none.</param>
public sealed record EmojiItem(
    int Index,
    string CodePoint,
    string Name,
    bool Flag,
    bool Common36,
    int TestArtist,
    int ValidationArtist,
    IReadOnlyList<int> Images
)
{
    /// <summary>The emoji as text, for example to show it in the system's own font.</summary>
    public string Text => string.Concat(CodePoint.Split('-').Select(part => char.ConvertFromUtf32(Convert.ToInt32(part, 16))));

    /// <summary>Index of the test drawing, or -1.</summary>
    public int TestImage => Images[TestArtist];

    /// <summary>Index of the validation drawing, or -1.</summary>
    public int ValidationImage => ValidationArtist < 0 ? -1 : Images[ValidationArtist];

    /// <summary>Indices of the drawings free for training, by rising artist.</summary>
    public IReadOnlyList<int> TrainingImages { get; } =
    [.. Images.Where((image, artist) => image >= 0 && artist != TestArtist && artist != ValidationArtist)];
}

/// <summary>A picture for pages.</summary>
/// <param name="Bytes">The file.</param>
/// <param name="ContentType"><c>image/svg+xml</c> or <c>image/webp</c>.</param>
public readonly record struct DisplayImage(byte[] Bytes, string ContentType);

/// <summary>How far the preparation has come.</summary>
/// <param name="Fraction">From 0 to 1.</param>
/// <param name="Phase">What is being done, in words.</param>
/// <param name="SecondsLeft">Estimated seconds left, null while unknown.</param>
public sealed record PreparationProgress(double Fraction, string Phase, double? SecondsLeft);

/// <summary>What a preparation made.</summary>
/// <param name="Revision">Content hash of the data set.</param>
/// <param name="Images">Number of drawings.</param>
/// <param name="Bytes">Size on disk.</param>
/// <param name="Missing">Drawings that could not be rendered and so count as missing, each with the reason.</param>
/// <param name="Seconds">Time taken; 0 where a whole data set was found.</param>
public sealed record PreparationReport(string Revision, int Images, long Bytes, IReadOnlyList<string> Missing, double Seconds);
