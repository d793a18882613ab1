using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace CllClip.Portal.Storage;

/// <summary>
/// Inserts many scores with one prepared statement: a shipped run has twelve thousand, and tracking each as an entity would take seconds of the
/// first start. Columns and conversions are those of the model.
/// </summary>
internal static class ScoreBulk
{
    /// <summary>Inserts within the context's transaction; the run's row is there already.</summary>
    public static void Insert(PortalDbContext db, IEnumerable<ScoreEntity> scores)
    {
        var type = db.Model.FindEntityType(typeof(ScoreEntity))!;
        var columns = type.GetProperties()
            .Select(p => (Name: p.GetColumnName(), Get: p.PropertyInfo!, Convert: p.GetTypeMapping().Converter?.ConvertToProvider))
            .ToList();
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction!.GetDbTransaction();
        command.CommandText =
            $"INSERT INTO \"{type.GetTableName()}\" ({string.Join(", ", columns.Select(c => $"\"{c.Name}\""))}) VALUES ({string.Join(", ", columns.Select((_, i) => $"$p{i}"))})";
        DbParameter[] values =
        [
            .. columns.Select(
                (_, i) =>
                {
                    var parameter = command.CreateParameter();
                    parameter.ParameterName = $"$p{i}";
                    command.Parameters.Add(parameter);
                    return parameter;
                }
            ),
        ];
        foreach (var score in scores)
        {
            for (var i = 0; i < values.Length; i++)
            {
                var value = columns[i].Get.GetValue(score);
                values[i].Value = columns[i].Convert is { } convert ? convert(value) : value;
            }
            command.ExecuteNonQuery();
        }
    }
}
