namespace CllClip.Portal.Layout.Components;

/// <summary>
/// Long texts that many open pages hold alike: rows of tables as markup, lines of charts. What is put in comes out as the same object for all, so that two hundred
/// pages of a run hold one. Forgets the older of two texts that fall on the same place, and never holds more than a few thousand. Thread-safe.
/// </summary>
public sealed class SharedText
{
    private const int Places = 4096;
    private readonly string?[] _places = new string?[Places];

    /// <summary>The text, as the object that others have of it.</summary>
    public string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ref var place = ref _places[(uint)text.GetHashCode(StringComparison.Ordinal) % Places];
        if (Volatile.Read(ref place) is { } known && known == text)
        {
            return known;
        }
        Volatile.Write(ref place, text);
        return text;
    }
}
