namespace CllClip.Benchmarks;

/// <summary>One verb of the benchmark program; one file each, listed in Program.cs.</summary>
internal interface IBenchmark
{
    /// <summary>What is typed to run it.</summary>
    string Verb { get; }

    /// <summary>One line of help.</summary>
    string Summary { get; }

    /// <summary>Runs it and prints its figures; 0 = the target is met.</summary>
    int Run(string[] args);
}
