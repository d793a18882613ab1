using System.Xml;
using System.Xml.Linq;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Access;

/// <summary>The files with the keys that cookies and pages are sealed with.</summary>
internal static partial class KeyFiles
{
    /// <summary>
    /// Puts aside what is no key: with one such file none could be read, and no page could be shown. Whoever signed in with a lost key signs in again.
    /// </summary>
    public static void PutDamagedAside(PortalFolders folders, ILogger log)
    {
        foreach (var file in Directory.Exists(folders.Keys) ? Directory.EnumerateFiles(folders.Keys, "*.xml") : [])
        {
            try
            {
                using var stream = File.OpenRead(file);
                XElement.Load(stream);
            }
            catch (XmlException)
            {
                var aside = $"{file}.damaged";
                File.Move(file, aside, overwrite: true);
                LogDamaged(log, file, aside);
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The key {File} was damaged; it is now {Aside}, and a new one is made. Whoever signed in with it has to sign in again"
    )]
    private static partial void LogDamaged(ILogger log, string file, string aside);
}
