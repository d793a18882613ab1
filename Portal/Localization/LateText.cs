using System.Globalization;

namespace CllClip.Portal.Localization;

/// <summary>
/// A text that is worked out before it is known who reads it: results are made once, the API and exported files tell of them in English, and a page in its
/// reader's language.
/// </summary>
/// <param name="English">The text with places <c>{0}</c>, <c>{1}</c> for its values; given as <see cref="PageText.Key"/>.</param>
/// <param name="Values">Its values, already in the form that is shown.</param>
public sealed record LateText(string English, params string[] Values)
{
    /// <summary>In the reader's language.</summary>
    public string In(PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Values.Length == 0 ? text[English] : text[English, Values];
    }

    /// <summary>In English.</summary>
    public override string ToString() => Values.Length == 0 ? English : string.Format(CultureInfo.InvariantCulture, English, Values);

    public bool Equals(LateText? other) => other is not null && English == other.English && Values.SequenceEqual(other.Values);

    public override int GetHashCode() => HashCode.Combine(English, Values.Length);
}
