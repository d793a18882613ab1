using System.Globalization;

namespace CllClip.Portal.Commands;

/// <summary>One switch of a command.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Value">What stands for the value in the help; null for a switch without one.</param>
/// <param name="Text">What it does.</param>
/// <param name="Repeats">Whether it may be given several times.</param>
internal sealed record Switch(string Name, string? Value, string Text, bool Repeats = false);

/// <summary>A command's arguments, read: its own switches, words without dashes, and settings of the portal (those with a colon in the name).</summary>
internal sealed class Switches
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    private Switches() { }

    /// <summary>Arguments that are no switches.</summary>
    public List<string> Words { get; } = [];

    /// <summary>For the portal's configuration, for example <c>--CllClip:DataRoot=/data</c>.</summary>
    public List<string> Settings { get; } = [];

    /// <summary>What is wrong, one line each.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>Reads the arguments; <c>--name value</c> and <c>--name=value</c> mean the same.</summary>
    public static Switches Read(string[] args, IReadOnlyList<Switch> known)
    {
        var read = new Switches();
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                read.Words.Add(args[i]);
                continue;
            }
            var parts = args[i].Split('=', 2);
            string? Next() =>
                parts.Length == 2 ? parts[1]
                : i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i]
                : null;
            if (parts[0].Contains(':', StringComparison.Ordinal))
            {
                read.Settings.Add($"{parts[0]}={Next()}");
            }
            else if (known.FirstOrDefault(s => s.Name == parts[0]) is { } found)
            {
                read.Add(found, found.Value is null ? (parts.Length == 2 ? parts[1] : "") : Next());
            }
            else
            {
                read.Errors.Add($"{parts[0]}: there is no such switch. The switches are: {string.Join(' ', known.Select(s => s.Name))}");
            }
        }
        return read;
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public string? this[string name] => _values.GetValueOrDefault(name)?[^1];

    public IReadOnlyList<string> All(string name) => _values.GetValueOrDefault(name) ?? [];

    /// <summary>A whole number; null where it is left out or wrong.</summary>
    public int? Whole(string name)
    {
        if (this[name] is not { } text)
        {
            return null;
        }
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }
        Errors.Add($"{name}: '{text}' is not a whole number.");
        return null;
    }

    private void Add(Switch found, string? value)
    {
        if (value is null)
        {
            Errors.Add($"{found.Name}: a value is missing ({found.Name} {found.Value}).");
        }
        else if (found.Value is null && value.Length > 0)
        {
            Errors.Add($"{found.Name}: takes no value.");
        }
        else if (!_values.TryGetValue(found.Name, out var list))
        {
            _values[found.Name] = [value];
        }
        else if (found.Repeats)
        {
            list.Add(value);
        }
        else
        {
            Errors.Add($"{found.Name}: is given more than once.");
        }
    }
}
