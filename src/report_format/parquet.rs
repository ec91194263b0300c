//! A report as a Parquet file: each column with its type, so that nothing has to be guessed when it is read again. Texts are
//! as they are: no spreadsheet runs a formula in it.

use std::sync::Arc;

use parquet::{
    basic::{LogicalType, Repetition, Type as Physical},
    data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{
        metadata::KeyValue,
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::Type,
};

use crate::store::reports::{Column, ColumnKind, Report, Value};

/// A Parquet file with the rows of the report, without totals; spans are seconds. Its metadata has the report's title.
///
/// # Panics
/// Never: what a report holds can be written, and memory takes it.
pub fn parquet(report: &Report) -> Vec<u8> {
    write(report).expect("a report is plain values, and memory takes them")
}

fn write(report: &Report) -> Result<Vec<u8>, ParquetError> {
    let fields: Result<Vec<_>, _> = report.columns.iter().map(field).collect();
    let schema = Type::group_type_builder("report").with_fields(fields?).build()?;
    let title = KeyValue::new("title".to_owned(), report.title.clone());
    let properties = WriterProperties::builder().set_key_value_metadata(Some(vec![title])).build();
    let mut file = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    for (at, column) in report.columns.iter().enumerate() {
        let cells = || report.rows.iter().map(|row| &row[at]);
        match column.kind {
            ColumnKind::Text => write_column::<ByteArrayType>(&mut group, cells().map(text))?,
            ColumnKind::Count | ColumnKind::Seconds => write_column::<Int64Type>(&mut group, cells().map(whole))?,
            ColumnKind::Share => write_column::<DoubleType>(&mut group, cells().map(share))?,
        }
    }
    group.close()?;
    file.into_inner()
}

fn field(column: &Column) -> Result<Arc<Type>, ParquetError> {
    let (physical, logical) = match column.kind {
        ColumnKind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        ColumnKind::Count | ColumnKind::Seconds => (Physical::INT64, None),
        ColumnKind::Share => (Physical::DOUBLE, None),
    };
    let builder = Type::primitive_type_builder(column.name, physical).with_repetition(Repetition::OPTIONAL);
    Ok(Arc::new(builder.with_logical_type(logical).build()?))
}

/// Writes the cells of one column; what is empty is null.
fn write_column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    cells: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for cell in cells {
        levels.push(i16::from(cell.is_some()));
        values.extend(cell);
    }
    let mut column = group.next_column()?.ok_or_else(|| ParquetError::General("a column is missing".to_owned()))?;
    column.typed::<T>().write_batch(&values, Some(&levels), None)?;
    column.close()
}

fn text(value: &Value) -> Option<ByteArray> {
    match value {
        Value::Text(text) => Some(text.as_str().into()),
        Value::Empty | Value::Count(_) | Value::Seconds(_) | Value::Share(_) => None,
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Count(number) | Value::Seconds(number) => Some(*number),
        Value::Empty | Value::Text(_) | Value::Share(_) => None,
    }
}

fn share(value: &Value) -> Option<f64> {
    match value {
        Value::Share(share) => Some(*share),
        Value::Empty | Value::Text(_) | Value::Count(_) | Value::Seconds(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parquet::{
        file::reader::{FileReader, SerializedFileReader},
        record::Field,
    };

    use super::*;

    #[test]
    fn what_is_written_is_read_again_as_it_was() {
        let column = |name, kind| Column { name, kind };
        let report = Report {
            title: "attempts, UTC".to_owned(),
            columns: vec![
                column("list", ColumnKind::Text),
                column("attempts", ColumnKind::Count),
                column("answered_share", ColumnKind::Share),
                column("talk_seconds", ColumnKind::Seconds),
            ],
            rows: vec![
                vec![Value::Text("=SUM(A1)".to_owned()), Value::Count(12), Value::Share(0.25), Value::Seconds(3725)],
                vec![Value::Text("Gr\u{fc}\u{df}e".to_owned()), Value::Count(0), Value::Empty, Value::Seconds(-1)],
            ],
            totals: None,
        };
        let file = SerializedFileReader::new(Bytes::from(parquet(&report))).unwrap();
        let title = &file.metadata().file_metadata().key_value_metadata().unwrap()[0];
        assert_eq!(title.value.as_deref(), Some("attempts, UTC"));
        let rows: Vec<Vec<(String, Field)>> =
            file.get_row_iter(None).unwrap().map(|row| row.unwrap().into_columns()).collect();
        let cell = |name: &str, field| (name.to_owned(), field);
        assert_eq!(
            rows,
            [
                vec![
                    cell("list", Field::Str("=SUM(A1)".to_owned())),
                    cell("attempts", Field::Long(12)),
                    cell("answered_share", Field::Double(0.25)),
                    cell("talk_seconds", Field::Long(3725)),
                ],
                vec![
                    cell("list", Field::Str("Gr\u{fc}\u{df}e".to_owned())),
                    cell("attempts", Field::Long(0)),
                    cell("answered_share", Field::Null),
                    cell("talk_seconds", Field::Long(-1)),
                ],
            ]
        );
    }

    #[test]
    fn a_report_on_nothing_is_a_file_without_rows() {
        let columns = vec![Column { name: "list", kind: ColumnKind::Text }];
        let report = Report { title: String::new(), columns, rows: Vec::new(), totals: None };
        let file = SerializedFileReader::new(Bytes::from(parquet(&report))).unwrap();
        assert_eq!(file.metadata().file_metadata().num_rows(), 0);
    }
}
