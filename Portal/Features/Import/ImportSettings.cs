namespace CllClip.Portal.Features.Import;

/// <summary>What is said of imported scores besides the scores: in a JSON file, or beside a CSV file (query parameters, switches, the page's form).</summary>
public sealed record ImportSettings
{
    /// <summary>Name shown in lists; made from method and languages if left out.</summary>
    public string? Name { get; init; }

    /// <summary>Id of a method of the catalogue, or with <see cref="OtherMethod"/> the name of any other.</summary>
    public string? Method { get; init; }

    /// <summary>Whether <see cref="Method"/> names a method that this portal does not have. Without it an unknown method is an error, so that a slip of the pen makes no new one.</summary>
    public bool? OtherMethod { get; init; }

    /// <summary>Whether TEIR was composed with the method; not, if left out.</summary>
    public bool? Teir { get; init; }

    /// <summary>Id of the data set that was learned from, the run's own; the only one of the scores if left out.</summary>
    public string? Dataset { get; init; }

    /// <summary>Languages in the order of learning; the order in which the stages bring them if left out.</summary>
    public IReadOnlyList<string>? Languages { get; init; }

    /// <summary>Seed; 1 if left out.</summary>
    public int? Seed { get; init; }

    /// <summary>Base model in words; unknown if left out.</summary>
    public string? Model { get; init; }

    /// <summary>Epochs per task; unknown if left out.</summary>
    public int? Epochs { get; init; }

    /// <summary><c>percent</c> or <c>fraction</c>: what the recalls are given in. If left out they are in percent, and a file that looks like fractions is refused.</summary>
    public string? Unit { get; init; }

    /// <summary>Who measured: a publication, a laboratory, a program. Needed.</summary>
    public string? Source { get; init; }

    /// <summary>Address where more stands.</summary>
    public string? Url { get; init; }

    /// <summary>Version of the code that measured.</summary>
    public string? CodeVersion { get; init; }

    /// <summary>What else is known of where the scores come from, by name.</summary>
    public IReadOnlyDictionary<string, string>? Details { get; init; }

    /// <summary>These settings, and those of a file where these leave one out.</summary>
    public ImportSettings Over(ImportSettings file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new ImportSettings
        {
            Name = Name ?? file.Name,
            Method = Method ?? file.Method,
            OtherMethod = OtherMethod ?? file.OtherMethod,
            Teir = Teir ?? file.Teir,
            Dataset = Dataset ?? file.Dataset,
            Languages = Languages ?? file.Languages,
            Seed = Seed ?? file.Seed,
            Model = Model ?? file.Model,
            Epochs = Epochs ?? file.Epochs,
            Unit = Unit ?? file.Unit,
            Source = Source ?? file.Source,
            Url = Url ?? file.Url,
            CodeVersion = CodeVersion ?? file.CodeVersion,
            Details = Details ?? file.Details,
        };
    }
}
