namespace CllClip.Portal.Localization;

/// <summary>Which form of a noun goes with a number, after Unicode CLDR's plural rules for whole numbers.</summary>
public static class PluralForms
{
    /// <summary>How many forms a language has; a translation holds them separated by <c>|</c>, in CLDR's order (zero, one, two, few, many, other).</summary>
    public static int Count(string code) =>
        code switch
        {
            "ar" => 6,
            "zh" => 1,
            _ => 2,
        };

    /// <summary>Index of the form for a number, from 0 to <see cref="Count"/> − 1.</summary>
    public static int Index(string code, long number)
    {
        var n = Math.Abs(number);
        return code switch
        {
            "ar" => n switch
            {
                0 => 0,
                1 => 1,
                2 => 2,
                _ when n % 100 is >= 3 and <= 10 => 3,
                _ when n % 100 is >= 11 and <= 99 => 4,
                _ => 5,
            },
            "zh" => 0,
            _ => n == 1 ? 0 : 1,
        };
    }
}
